"""The labelled examples, and making a model of them."""
