"""What the Jobs API's JSON holds, as data: places, references, principals, secrets."""
