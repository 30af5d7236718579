using Microsoft.AspNetCore.Http;
using MultiEni.Simulator.Kubernetes.Storage;
using MultiEni.Simulator.Kubernetes.Tables;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>
/// What a client asked of a watch. Without <paramref name="Since"/> it begins with the present
/// objects; with a table it shows rows.
/// </summary>
internal sealed record WatchRequest(ObjectFilter Filter, long? Since, bool MarksInitialEnd, bool WantsBookmarks, TimeSpan Timeout, TableView? Table)
{
    // Without timeoutSeconds the API server picks 30 to 60 minutes.
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(45);

    /// <summary>What the query asks for.</summary>
    /// <exception cref="Errors.StatusException">
    /// 400, 500 or 501: it is not understood, or its parts contradict each other.
    /// </exception>
    public static WatchRequest Read(IQueryCollection query, ObjectFilter filter, TableView? table)
    {
        var options = ListOptions.ReadWatch(query);
        var wantsBookmarks = query["allowWatchBookmarks"].ToString() is "true" or "1";
        var withInitial = options.SendsInitialEvents;
        return new WatchRequest(
            filter,
                // Without initial events, a watch from nowhere begins now.
                withInitial == true
                    ? null
                : options.Version > 0 ? options.Version
                : withInitial == false ? long.MaxValue
                : null,
            MarksInitialEnd: withInitial == true && wantsBookmarks,
            wantsBookmarks,
            options.TimeoutSeconds > 0 ? TimeSpan.FromSeconds(options.TimeoutSeconds) : DefaultTimeout,
            table
        );
    }
}
