public import ArgumentParser
public import MKraftOutput
public import MKraftServer

// The choices of other modules as options.
extension OutputFormat: ExpressibleByArgument {}
extension ColorChoice: ExpressibleByArgument {}
extension ProgressChoice: ExpressibleByArgument {}
extension Transfers.Choice: ExpressibleByArgument {}
