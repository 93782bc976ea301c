"""Answer tables: columns of exact numbers that print, filter and export themselves, and the one place where numbers are written."""
