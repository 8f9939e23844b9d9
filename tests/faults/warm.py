"""What the parent that workers are forked from has read already: the errands, the standards, the slow libraries."""

import gc

import great_expectations  # noqa: F401, TID253
import pandas  # noqa: F401, TID253

import faults.errand  # noqa: F401
from realname_sync.quality.catalogue import load_catalogue
from realname_sync.standards.reading import load_standard

for name in ("national_1_1_2", "zhejiang_2_0"):
    load_standard(name)
load_catalogue()
gc.collect()
gc.freeze()  # a fork that looks through what it shares copies it
