"""What the command line loads before it calls a workspace: no large library."""

import json
import os
import subprocess
import sys
from pathlib import Path

_LARGE = (
    "dash",
    "databricks.sdk",
    "diskcache",
    "flask",
    "rapidfuzz",
    "requests",
)
_OURS = ("core.service", "core.gateways.connect")
_ROOT = Path(__file__).parents[2]
_FOLDER = {"WORKSPACE_GIT_FOLDER_PATH": "/Workspace/Shared/jobs"}
_HOST = {"DATABRICKS_HOST": "http://127.0.0.1:9", "DATABRICKS_TOKEN": "t"}
_CHANGING = ("export", "import", "adopt", "take", "remove", "pull")
_COMMANDS = (*_CHANGING, "info", "validate", "drift", "mappings")

# Each case: arguments, variables, the exit code.
_CASES: list[tuple[list[str], dict[str, str], int]] = [
    (["--help"], {}, 0),
    *(([command, "--help"], {}, 0) for command in _COMMANDS),
    ([], {}, 2),
    (["deploy"], {}, 2),
    (["export", "--force"], {}, 2),
    (["import", "--only"], {}, 2),
    (["take", "load"], {}, 2),
    (["take", "load", "--field", "a"], {**_FOLDER, **_HOST, "APP_MODE": "Import"}, 2),
    (["validate", "--suggest"], {}, 2),
    (["validate", "--exit-code", "--suggest"], {}, 1),
    (["validate", "--exit-code=1"], {}, 1),
    (["validate", "--exit-codes"], {}, 1),
    (["validate", "--exitcode"], {}, 1),
    (["mappings"], _FOLDER, 2),
    (["info", "--csv", "/no/such/folder/a.csv"], {}, 2),
    (["info"], {}, 2),
    (["info"], {"WORKSPACE_GIT_FOLDER_PATH": "jobs"}, 2),
    (["info"], {**_FOLDER, **_HOST, "APP_MODE": "Sideways"}, 2),
    (["info", "--json"], {**_FOLDER, **_HOST, "NUM_THREADS": "many"}, 2),
    (["info"], {**_FOLDER, **_HOST, "RESOURCE_NAME_MAPPINGS_FILE_PATH": "map.json"}, 2),
    (["info"], _FOLDER, 2),
    (["info", "--folder"], {}, 2),
    (["info", "--folder", ""], {**_FOLDER, **_HOST}, 2),
    (["info", "--folder", "jobs"], {**_FOLDER, **_HOST}, 2),
    (["info", "--mappings", "map.json"], {**_FOLDER, **_HOST}, 2),
    (["pull", "--folder", "jobs"], {**_HOST, "STATE_FOLDER_PATH": "/Workspace/state"}, 2),
    (["convert", "--folder", "jobs", "a.json"], {}, 2),
    (["validate"], {**_FOLDER, **_HOST, "APP_MODE": "Export"}, 2),
    (["export"], {**_FOLDER, **_HOST, "APP_MODE": "Import"}, 2),
]

# One fresh interpreter for all, because each start of Python takes longer than all the rest.
_RUN_ALL = """
import contextlib, io, json, os, sys
import cli
codes, kept = [], dict(os.environ)
for arguments, variables in json.loads(sys.argv[1]):
    os.environ.clear()
    os.environ.update(kept, **variables)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            codes.append(cli.main(arguments))
        except SystemExit as ended:
            codes.append(ended.code)
print(json.dumps({"codes": codes, "loaded": sorted(sys.modules)}))
"""


def test_help_and_wrong_usage_and_configuration_load_no_large_library(tmp_path: Path) -> None:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("DATABRICKS_") and name not in ("APP_MODE", "NUM_THREADS")
    }
    done = subprocess.run(
        [sys.executable, "-c", _RUN_ALL, json.dumps([case[:2] for case in _CASES])],
        env=kept | {"PYTHONPATH": str(_ROOT), "HOME": str(tmp_path)},
        cwd=tmp_path,  # a .env file here would be read
        capture_output=True,
        text=True,
        check=True,
    )
    result = json.loads(done.stdout)
    assert result["codes"] == [code for _, _, code in _CASES]
    assert not {*_LARGE, *_OURS} & set(result["loaded"])
