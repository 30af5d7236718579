using Microsoft.AspNetCore.Http;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Storage;
using MultiEni.Simulator.Kubernetes.Tables;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>Reads the query of a watch.</summary>
internal static class WatchRequests
{
    // Without timeoutSeconds the API server picks 30 to 60 minutes.
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(45);

    /// <summary>What the query asks for.</summary>
    /// <exception cref="StatusException">400, 422 or 500: it is not understood, or its parts contradict each other.</exception>
    public static WatchRequest Read(IQueryCollection query, ObjectFilter filter, TableView? table)
    {
        var options = ListOptions.ReadWatch(query);
        var wantsBookmarks = query["allowWatchBookmarks"].ToString() is "true" or "1";
        // Without initial events, a watch from nowhere begins now.
        var since =
            options.SendsInitialEvents == true ? (long?)null
            : options.Version > 0 ? options.Version
            : options.SendsInitialEvents == false ? long.MaxValue
            : null;
        return new WatchRequest(
            filter,
            since,
            MarksInitialEnd: options.SendsInitialEvents == true && wantsBookmarks,
            wantsBookmarks,
            options.TimeoutSeconds > 0 ? TimeSpan.FromSeconds(options.TimeoutSeconds) : DefaultTimeout,
            table
        );
    }
}
