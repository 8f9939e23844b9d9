-- One at a time makes or rewraps keys. Readers of ops.data_key go on.
LOCK TABLE ops.data_key IN SHARE ROW EXCLUSIVE MODE;
