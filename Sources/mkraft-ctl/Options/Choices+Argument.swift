public import ArgumentParser
public import MKraftOutput

// The choices of the output module as options.
extension OutputFormat: ExpressibleByArgument {}
extension ColorChoice: ExpressibleByArgument {}
extension ProgressChoice: ExpressibleByArgument {}
