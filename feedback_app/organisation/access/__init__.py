"""Who may do what where: given, asked for, ended, reviewed; and the glass that is broken in an emergency."""
