"""Encrypted copies of a whole installation, and whether they can be used: made, checked, restored, drilled.

- `archive`: one file, a stream of tar encrypted with age to the keys of its recipients, written piece by piece
- `reading`: the same file taken apart again
- `manifest`: what stands in it, and what it was made from
- `tools`: `pg_dump` and `pg_restore`, and how they reach a database without a password on a command line
- `making`: from a running installation to a file
- `checking`: a whole file read before anything is changed with it
- `restoring`: from a file to an empty database and an empty folder
- `drill`: a restored copy beside the real one, verified, recounted, compared and dropped
- `shelf`: the files that are kept, and when the last one was made
"""
