"""The time of the person for whom the program runs. The time itself is in the library: datetime.now(), which is UTC,
and time.sleep(), which may take weeks."""

@immediate
def zone() -> str:
    """Their time zone: datetime.now(ZoneInfo(clock.zone())) is what their clock shows."""
