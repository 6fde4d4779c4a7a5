"""What an officer does with the case on the desk: note, read the original words and files, put its labels right."""
