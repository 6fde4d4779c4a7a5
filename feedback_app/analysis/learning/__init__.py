"""How the reader of texts learns from people, is measured by them, and is put back where it got worse."""
