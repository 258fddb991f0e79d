import PackagePlugin
@main struct PipelineGraph: CommandPlugin {
    func performCommand(context: PluginContext, arguments: [String]) async throws {}
}
