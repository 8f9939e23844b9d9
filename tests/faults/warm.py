"""What the parent that workers are forked from has read already: the errands, and the libraries that take seconds."""

import great_expectations  # noqa: F401, TID253
import pandas  # noqa: F401, TID253

import faults.errand  # noqa: F401
