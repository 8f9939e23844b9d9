"""The report on one work date's quality: a typed document first, then a page and a workbook made from it."""
