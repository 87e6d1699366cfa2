"""Unity Catalog, which the workspace lacks: the one question that clients ask to find that out.

Source: databricks/cli libs/template/helpers.go, `default_catalog`, for `bundle init`.
"""

from __future__ import annotations

from typing import NoReturn

from flask import Blueprint

from emulator.errors import ApiError


class CatalogApi:
    """A workspace without a metastore."""

    def blueprint(self) -> Blueprint:
        blueprint = Blueprint("catalog", __name__, url_prefix="/api/2.1/unity-catalog")
        blueprint.add_url_rule("/current-metastore-assignment", view_func=self.refuse)
        return blueprint

    def refuse(self) -> NoReturn:
        raise ApiError(
            404, "METASTORE_DOES_NOT_EXIST", "No metastore assigned for the current workspace."
        )
