"""The mapping file as a text for those who may only look."""

import pytest

from core.jobsettings.secrets import MASK
from core.mapping.text.masking import mask_source
from tests.secret_samples import SAMPLES

TOKEN = SAMPLES[0].text
SHOWN = f'"{MASK}"'


def test_secrets_are_masked_where_they_are_and_the_rest_stays_as_written():
    text = f"""// was {TOKEN}
{{
  value_mappings: {{
    'parameters': {{
      db_password: {{'hunter1': "hunter2",}},  // keep
      url: {{"a": "{TOKEN}", "{TOKEN}": 'b'}},
      list: ["{TOKEN}", 5, null, "c"],
      none: {{}},
    }},
    tags: {{pass: "hunter2", team: "data"}},
  }},
}}
"""
    assert (
        mask_source(text)
        == f"""// was {MASK}
{{
  value_mappings: {{
    'parameters': {{
      db_password: {{{SHOWN}: {SHOWN},}},  // keep
      url: {{"a": {SHOWN}, {SHOWN}: 'b'}},
      list: [{SHOWN}, 5, null, "c"],
      none: {{}},
    }},
    tags: {{pass: {SHOWN}, team: "data"}},
  }},
}}
"""
    )


@pytest.mark.parametrize("text", ["", "{}", '{compute_name_mappings: {"a": "b"}}\r\n'])
def test_a_file_without_secrets_is_as_it_was(text):
    assert mask_source(text) == text


def test_a_broken_file_is_masked_line_by_line():
    shown = mask_source(f'{{a: "{TOKEN}",\n b: \n--password=hunter2 x')
    assert shown == f'{{a: "{MASK}",\n b: \n--password={MASK} x'
