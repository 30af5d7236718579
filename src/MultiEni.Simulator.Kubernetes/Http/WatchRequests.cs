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
    /// <exception cref="StatusException">400 or 422: the parameters contradict each other.</exception>
    public static WatchRequest Read(IQueryCollection query, ObjectFilter filter, TableView? table)
    {
        var version = query["resourceVersion"].ToString();
        var match = query["resourceVersionMatch"].ToString();
        var sendsInitial = query["sendInitialEvents"].ToString() is { Length: > 0 } initial ? initial is "true" or "1" : (bool?)null;
        if (sendsInitial is null && match.Length > 0)
        {
            throw Forbidden("resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
        }

        if (sendsInitial is not null && match != "NotOlderThan")
        {
            throw Forbidden("resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        }

        if (version.Length > 0 && !long.TryParse(version, out _))
        {
            throw StatusErrors.BadRequest($"invalid resource version \"{version}\"");
        }

        var wantsBookmarks = query["allowWatchBookmarks"].ToString() is "true" or "1";
        var since = version.Length == 0 || version == "0" ? (long?)null : long.Parse(version);
        return new WatchRequest(
            filter,
            sendsInitial == true ? null : since,
            MarksInitialEnd: sendsInitial == true && wantsBookmarks,
            wantsBookmarks,
            long.TryParse(query["timeoutSeconds"], out var seconds) && seconds > 0 ? TimeSpan.FromSeconds(seconds) : DefaultTimeout,
            table
        );
    }

    private static StatusException Forbidden(string why) => new(422, "Invalid", $"ListOptions.meta.k8s.io \"\" is invalid: {why}");
}
