"""The second factor of an account: authenticator apps, passkeys, recovery codes, and sign-ins that wait for one."""
