"""How a case ends, and how an end is doubted: verdict, silence, withdrawal, archiving, objection, review."""
