let rejected: SideOutput<DeadLetter<String>> = elided()
