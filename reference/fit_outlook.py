"""Fits the curves and base rates that ship in detente/forecasts/data/outlook.json.

    python reference/fit_outlook.py            (the public ICEWS14 split under DETENTE_DATA)

Train days give the curves, valid days the recalibration; test days are not read.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from detente.dynamics.hazard import Acts, active_days
from detente.dynamics.outlook import fit, seen_units
from detente.evaluation.benchmark import read_benchmark
from detente.evaluation.horizon import spread
from detente.forecasts.forecaster import ACT_NUMBERS, act_sets
from detente.ontology import cameo_codes
from detente.settings import data_folder

HORIZONS = (1, 3, 7, 14, 30, 60, 90)
OUT = Path(__file__).resolve().parents[1] / "src" / "detente" / "forecasts" / "data" / "outlook.json"


def plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalpha())


def main() -> None:
    benchmark = read_benchmark(data_folder() / "icews14")
    act_of = {plain(one.name): one.act for one in reversed(list(cameo_codes().values()))}
    number = np.array([ACT_NUMBERS.get(act_of.get(plain(name)) or "", -1) for name in benchmark.relations])
    facts = np.concatenate([benchmark.train, benchmark.valid])
    facts = facts[number[facts[:, 1]] >= 0]
    acts = Acts(facts[:, 0], facts[:, 2], number[facts[:, 1]], facts[:, 3], int(facts[0, 3]))
    sets = act_sets()
    kinds = np.zeros((len(sets), len(ACT_NUMBERS)), bool)
    for row, names in enumerate(sets.values()):
        kinds[row, [ACT_NUMBERS[name] for name in names]] = True
    train_end, valid_end = int(benchmark.train[-1, 3]), int(benchmark.valid[-1, 3])
    choose = seen_units(kinds, share=0.2)
    fitted = fit(
        acts,
        choose,
        horizons=HORIZONS,
        origins={h: spread(train_end - 150, train_end - h, 8) for h in HORIZONS},
        # Windows longer than the valid month cannot end inside it: their curves stay as fitted.
        calibrate_on={h: spread(train_end, valid_end - h, 4) for h in HORIZONS},
    )
    units = seen_units(kinds)(acts, train_end)
    rate = active_days(acts.until(train_end), units) / (train_end - acts.first_day + 1)
    rates = {
        name: round(float(rate[units.kind == row].mean()), 6)
        for row, name in enumerate(sets)
        if (units.kind == row).any()
    }
    card = {
        "data": "ICEWS14, extrapolation split; ICEWS Coded Event Data (Boschee et al., Harvard Dataverse)",
        "train": "2014-01-01 to 2014-10-31",
        "calibration": "2014-11-01 to 2014-11-30, windows of up to 30 days",
        "not_calibrated": "60 and 90 days",
        "units": "directed pairs and act sets seen in the year before",
        "days_on_record": "a store with a longer record or denser news than one year of ICEWS is outside what was fitted",
    }
    OUT.write_text(
        json.dumps({"card": card, "rates": rates, "outlook": fitted.outlook.as_json()}) + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
