let late: SideOutput<Login> = elided()
