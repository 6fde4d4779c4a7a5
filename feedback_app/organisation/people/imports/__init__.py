"""Lists of civil servants and posts that are kept elsewhere: mapped, compared, applied as one, and undone as one."""
