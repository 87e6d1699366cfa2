"""The Jobs API: stored jobs, what reading them returns, and what writing them refuses."""
