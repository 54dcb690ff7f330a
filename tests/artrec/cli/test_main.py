from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from artrec.__main__ import COMMANDS, main


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "demo"])
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    module, line = COMMANDS[name]

    with pytest.raises(SystemExit) as stop:
        main([name, "--help"])

    assert stop.value.code == 0
    assert f"python -m artrec {name}" in capsys.readouterr().out
    assert line == importlib.import_module(module).HELP


def test_comparing_models_in_closed_form_does_not_load_torch() -> None:
    code = "import sys, artrec.cli.compare, artrec.cli.measure; sys.exit('torch' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], check=False)

    assert done.returncode == 0
