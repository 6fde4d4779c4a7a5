"""Arithmetic of the regulations for whoever rates people; nothing of the platform's figures goes into it."""
