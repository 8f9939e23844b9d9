FROM stand-in-base
CMD ["python"]
