using MultiEni.Simulator.Kubernetes.Storage;
using MultiEni.Simulator.Kubernetes.Tables;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>What a client asked of a watch.</summary>
/// <param name="Filter">Which objects show.</param>
/// <param name="Since">The version after which changes are told, or null to begin with the present objects.</param>
/// <param name="MarksInitialEnd">Whether a bookmark follows those.</param>
/// <param name="WantsBookmarks">Whether bookmarks come now and then.</param>
/// <param name="Timeout">When the server ends the watch.</param>
/// <param name="Table">Turns objects into rows, or null for the objects themselves.</param>
internal sealed record WatchRequest(ObjectFilter Filter, long? Since, bool MarksInitialEnd, bool WantsBookmarks, TimeSpan Timeout, TableView? Table);
