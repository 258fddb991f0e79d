let queue: PartitionQueue = elided()
