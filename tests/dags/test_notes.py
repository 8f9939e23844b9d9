"""What becomes of sentences and notes that are there already."""

from realname_sync.orchestration.notes import of_all, with_ours


def test_ours_stands_below_a_persons_and_takes_the_place_of_ours() -> None:
    first = with_ours(None, ["5 of 7 acknowledged.", "2 held."])
    assert first == "» 5 of 7 acknowledged. 2 held."
    assert with_ours(first, ["7 of 7."]) == "» 7 of 7."
    assert with_ours("Li looks at it", ["7 of 7."]) == "Li looks at it\n» 7 of 7."
    assert with_ours("Li looks at it\n» 5 of 7.", ["7 of 7."]) == "Li looks at it\n» 7 of 7."


def test_a_note_is_never_longer_than_airflow_takes() -> None:
    assert len(with_ours("x" * 600, ["y" * 600])) <= 1000


def test_a_run_says_the_last_word_of_each_task_and_every_failure() -> None:
    said = [
        ("await", None),
        ("send", "3 of 7."),
        ("send", "Failed: no route."),
        ("send", "5 of 7."),
        ("watch", "late."),
    ]
    assert of_all(said) == ["5 of 7.", "late.", "Failed: no route."]
    assert of_all([("await", ""), ("send", None)]) == []
