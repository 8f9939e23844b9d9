"""Each stage of the product that is measured."""
