using System.Globalization;

namespace MultiEni.Cli.Map;

/// <summary>
/// Reads what the controller's metrics say of EC2's request quotas (docs/metrics.md). Pure.
/// </summary>
internal static class BudgetReader
{
    /// <summary>The counters and gauges of each EC2 API.</summary>
    /// <param name="metrics">
    /// In Prometheus' text format:
    /// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
    /// </param>
    public static Dictionary<string, ApiUse> Parse(string metrics)
    {
        var apis = new Dictionary<string, ApiUse>(StringComparer.Ordinal);
        foreach (var line in metrics.Split('\n'))
        {
            if (Sample(line) is not var (name, api, value) || api.Length == 0)
            {
                continue;
            }

            var use = apis.GetValueOrDefault(api, new ApiUse(null, 0, 0));
            apis[api] = name switch
            {
                "ec2_refill_effective" => use with { Granted = value },
                "ec2_requests_total" => use with { Requests = use.Requests + value },
                "ec2_throttles_total" => use with { Throttles = use.Throttles + (long)value },
                _ => use,
            };
        }

        return apis;
    }

    /// <summary>The gauges of two readings; a controller that was restarted counts from nothing.</summary>
    public static IReadOnlyList<MapBudget> Between(Dictionary<string, ApiUse> before, Dictionary<string, ApiUse> after, TimeSpan elapsed) =>
        [
            .. after
                .Where(api => api.Value.Granted is not null || api.Value.Requests > 0)
                .OrderBy(api => api.Key, StringComparer.Ordinal)
                .Select(api => new MapBudget(
                    api.Key,
                    api.Value.Granted,
                    Rate(before.GetValueOrDefault(api.Key)?.Requests, api.Value.Requests, elapsed),
                    api.Value.Throttles
                )),
        ];

    private static double Rate(double? before, double after, TimeSpan elapsed) =>
        before is { } known && after >= known && elapsed > TimeSpan.Zero ? Math.Round((after - known) / elapsed.TotalSeconds, 1) : 0;

    // NAME{label="value",...} NUMBER; the names of APIs have no letters that need escapes.
    private static (string Name, string Api, double Value)? Sample(string line)
    {
        const string Label = "api=\"";
        if (!line.StartsWith("ec2_", StringComparison.Ordinal) || line.IndexOf('{', StringComparison.Ordinal) is var brace && brace < 0)
        {
            return null;
        }

        var start = line.IndexOf(Label, brace, StringComparison.Ordinal);
        var close = line.LastIndexOf('}');
        if (start < 0 || close < start || line.IndexOf('"', start + Label.Length) is var end && end < 0)
        {
            return null;
        }

        return double.TryParse(line[(close + 1)..].Trim().Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? (line[..brace], line[(start + Label.Length)..end], value)
            : null;
    }
}

/// <summary>What the metrics say of one EC2 API.</summary>
/// <param name="Granted">Requests a second that the controller allows itself.</param>
/// <param name="Requests">Requests so far.</param>
/// <param name="Throttles">Requests that EC2 refused for their rate so far.</param>
internal sealed record ApiUse(double? Granted, double Requests, long Throttles);
