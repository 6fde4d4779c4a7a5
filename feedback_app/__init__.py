"""Suara Layanan: citizen feedback and service quality for Indonesian local government."""

__version__ = "0.1.0"
