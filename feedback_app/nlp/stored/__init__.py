"""A model on disk: its bytes and the manifest that describes them."""
