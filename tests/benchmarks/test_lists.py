"""What the benchmark of closed lists says of words on which engines agree."""

from benchmarks.lists import Seen, agreed, figures

RIGHT = Seen(("PH",), "Philippinen", "Philippinen", ("PH",), agreed=True)
CITY = Seen((), "Kairo", "Kairo", ("KI",), agreed=True)
ALONE = Seen(("SI",), "Slowenien", "Slowakei", ("SK", "SI"))
NOTHING = Seen(("SI",), "Slowenien", None)


def test_only_words_that_engines_agree_on_count_and_a_city_taken_for_a_country_is_wrong() -> None:
    told = agreed([RIGHT, RIGHT, CITY, ALONE, NOTHING])
    assert told == {"accepted_share": 0.6, "n": 3, "right_of_accepted": 0.667}


def test_the_first_suggestion_counts_and_none_where_nothing_is_meant() -> None:
    told = figures([RIGHT, CITY, ALONE, NOTHING])
    assert told["words"] == {"n": 4, "read": 3}
    assert told["first_right"] == {"of_all": 0.25, "of_read": 0.333}
