"""The second wall: the web sees the rows of one agency a transaction, because PostgreSQL shows it no others.

`roles` names what code, migrations and supervisor share; `scope` puts a session behind the wall and says which agency
it sees; `statements` writes the policies and grants of migrations; `problems` tells whether all of it stands.
"""
