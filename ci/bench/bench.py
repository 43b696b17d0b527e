"""What the benches have in common: rows, the table, the file build/bench/NAME.json."""
import json
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
OUT = TOP / "build/bench"


def row(name, value, unit, target, context, better="lower"):
    """One figure; target None: for information."""
    return {"name": name, "value": value, "unit": unit, "target": target, "better": better, "context": context}


def report(name, rows):
    """Writes the rows and prints them as a table. A bench never fails: the table shows what missed its target."""
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"{name}.json").write_text(json.dumps(rows, indent=1) + "\n")
    width = max(30, *(len(entry["name"]) for entry in rows))
    print(f"{'':{width}} {'value':>10} {'unit':8} {'target':>10}")
    for entry in rows:
        target, verdict = "", ""
        if entry["target"] is not None:
            lower = entry["better"] == "lower"
            target = f"{'≤' if lower else '≥'} {entry['target']}"
            met = entry["value"] <= entry["target"] if lower else entry["value"] >= entry["target"]
            verdict = "" if met else "MISSED"
        print(f"{entry['name']:{width}} {entry['value']:>10} {entry['unit']:8} {target:>10}  {verdict:6} {entry['context']}")
    print(f"written to {OUT / name}.json")
