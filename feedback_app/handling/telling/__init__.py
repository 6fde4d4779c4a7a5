"""Who is told what, and when: news of a case, mails to staff that come by themselves."""
