"""Earlier sessions to the same place have a say in what is printed."""

import json


def test_a_silence_that_repeats_is_named(lab, run_json, cli):
    url = lab("silent-close?after_s=1.63")
    alone = run_json(url, "until-closed 5").verdict
    second = run_json(url, "wait 0.6", "send a", "until-closed 5").verdict
    assert alone["confidence"] < 0.6, "one silence of an odd length says little"
    assert second["cause"] == "idle_timeout_proxy"
    assert second["confidence"] > 0.9
    assert "2 connections of different ages" in json.dumps(second["because"])
    again = json.loads(cli("diagnose", "last", "--json").out)
    assert again["because"] == second["because"]


def test_another_place_is_another_history(lab, run_json):
    run_json(lab("silent-close?after_s=1.63"), "until-closed 5")
    other = run_json(lab("silent-close?after_s=1.64"), "wait 0.6", "send a", "until-closed 5").verdict
    assert "connections of different ages" not in json.dumps(other["because"])
