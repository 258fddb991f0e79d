let totals: Stream<Total> = elided()
