"""The fast way for dossiers that take the usual course: look-up tables by day, histograms over fused codes, and nothing else.

A dossier takes the usual course when it was received inside the calendar and its due date is given, or follows from whole working days.
Everything else is set apart, row by row, and counted the general way; both give the same counts, whichever rows go where.
"""
