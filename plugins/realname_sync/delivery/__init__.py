"""What goes out: planned as batches, sent, asked after, settled, and counted. State lives on the batch."""
