let fraud: Pattern<Login> = elided()
