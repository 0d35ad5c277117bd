import pickle

from briefkit.errors import BriefError


def test_an_error_says_place_finding_expectation_and_remedy():
    error = BriefError("data/x.csv, row 2", "“ten” is not a whole number", "digits", "Write 10.")
    assert str(error) == "data/x.csv, row 2: “ten” is not a whole number; expected digits. Write 10."


def test_parts_that_are_not_given_leave_no_trace():
    assert str(BriefError("data/x.csv", "no rows")) == "data/x.csv: no rows."


def test_several_faults_are_reported_together_a_line_each():
    error = BriefError.together(
        [BriefError("a", "empty"), BriefError.together([BriefError("b", "old"), BriefError("c", "bad")])]
    )
    assert str(error).splitlines() == ["a: empty.", "b: old.", "c: bad."]
    assert len(error.faults) == 3


def test_an_error_comes_back_whole_from_a_worker_process():
    error = BriefError.together([BriefError("a", "empty", "rows", "Add one."), BriefError("b", "old")])
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
