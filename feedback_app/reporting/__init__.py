"""Documents of a survey: its report, the data beside it, the sheet for the wall, and the questionnaire on paper.

Everything here is made of stored rows, never of the moment of printing, so that the same rows give the same bytes.
"""
