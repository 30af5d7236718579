using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Conformance;

/// <summary>
/// Sends the requests of recorded cases to simulated API servers, one of its own for each case.
/// </summary>
internal static class Replayer
{
    private const string AdministratorToken = "administrator";

    // What shows here is no answer of the API server that it could refuse, but the absence of
    // something that a controller would have written.
    private static readonly Dictionary<string, string> ControllersOnly = new(StringComparer.Ordinal)
    {
        ["gc/namespace-defaults"] = "nothing puts a service account and the root certificate into a new namespace",
        ["gc/namespace-held"] = "nothing writes the conditions of a namespace that is being emptied",
        ["gc/policy-type-checking"] = "no controller checks the types in policies",
        ["gc/resource-claim-of-pod"] = "nothing puts a service account into a namespace, or makes the claims that pods ask for by a template",
    };

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>As the recorded server was set up.</summary>
    public static KubernetesSimulatorOptions Options { get; } =
        new()
        {
            EnforcesAccess = true,
            InstallsProductResources = false,
            TimeProvider = new StoppedClock(),
            AdministratorToken = AdministratorToken,
        };

    /// <summary>Replays several cases at once; the results are in the order of the cases.</summary>
    public static async Task<IReadOnlyList<Replayed>> ReplayAsync(IEnumerable<string> cases, CancellationToken cancellationToken)
    {
        var results = new ConcurrentBag<Replayed>();
        // Most of the time of a case is that of its watches.
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 4 * Environment.ProcessorCount, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(cases, parallel, async (name, token) => results.Add(await ReplayAsync(name, token)));
        return [.. results.OrderBy(static result => result.Case, StringComparer.Ordinal)];
    }

    private static async Task<Replayed> ReplayAsync(string name, CancellationToken cancellationToken)
    {
        var recorded = Corpus.Read(name);
        if (ControllersOnly.TryGetValue(name, out var why))
        {
            return new Replayed(name, [], why);
        }

        // Most cases were recorded without kube-controller-manager.
        var hasControllers = Texts(recorded["requires"]).Contains("kube-controller-manager");
        var options = Options with { ControllerDelay = hasControllers ? TimeSpan.Zero : Timeout.InfiniteTimeSpan };
        await using var server = await KubernetesSimulator.StartAsync(options, cancellationToken);
        using var client = new CorpusClient(server, AdministratorToken);
        foreach (var fixture in Texts(recorded["setup"]))
        {
            if (await InstallAsync(client, fixture, cancellationToken) is { } obstacle)
            {
                return obstacle with { Case = name };
            }
        }

        var bound = new Placeholders();
        var differences = new List<Difference>();
        var steps = recorded["steps"]!.AsArray();
        for (var index = 0; index < steps.Count; index++)
        {
            var step = steps[index]!.AsObject();
            if (step.ContainsKey("settle"))
            {
                // Every write is in force at once. That etcd forgets its past does not show: a real
                // server answers out of its own memory.
                continue;
            }

            var (different, answered) = await RunAsync(client, step, bound, Flag(recorded, "managedFields"), cancellationToken);
            var request = $"{step["method"]?.GetValue<string>() ?? "WATCH"} {step["path"]}";
            if (answered.Code == 501 && step["status"]!.GetValue<int>() != 501)
            {
                return new Replayed(name, [], $"{request}: {Message(answered.Text)}");
            }

            differences.AddRange(different.Select(found => new Difference(index, request, found.At, found.Expected, found.Actual)));
        }

        return new Replayed(name, differences, NotSupported: null);
    }

    private static async Task<Replayed?> InstallAsync(CorpusClient client, string fixture, CancellationToken cancellationToken)
    {
        foreach (var obj in Corpus.Read("fixtures/" + fixture)["objects"]!.AsArray())
        {
            var path = obj!["path"]!.GetValue<string>();
            var (code, text, _) = await client.SendAsync("POST", path, obj["body"], null, null, null, Limit, cancellationToken);
            if (code == 501)
            {
                return new Replayed("", [], $"fixture {fixture}: {Message(text)}");
            }

            if (code is not (200 or 201 or 409))
            {
                return new Replayed(
                    "",
                    [new Difference(-1, $"fixture {fixture}: POST {path} {obj["body"]!["metadata"]!["name"]}", "status", "201", $"{code} {text}")],
                    null
                );
            }
        }

        return null;
    }

    private static async Task<(List<(string At, string? Expected, string? Actual)> Differences, (int Code, string Text) Answered)> RunAsync(
        CorpusClient client,
        JsonObject step,
        Placeholders bound,
        bool withManagedFields,
        CancellationToken cancellationToken
    )
    {
        var path = bound.Fill(step["path"]!.GetValue<string>());
        var body = Repeat(step, bound.Fill(step["body"]));
        var isWatch = Flag(step, "watch");
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var trial = bound.Copy();
            var (code, text, warnings) = await client.SendAsync(
                step["method"]?.GetValue<string>() ?? "GET",
                path,
                body,
                bound.Fill(step["as"]),
                step["contentType"]?.GetValue<string>(),
                step["accept"]?.GetValue<string>(),
                isWatch ? TimeSpan.FromSeconds(step["seconds"]?.GetValue<double>() ?? 2) : Limit,
                cancellationToken
            );
            var different = new List<(string At, string? Expected, string? Actual)>();
            var expected = step["status"]!.GetValue<int>();
            if (code != expected)
            {
                different.Add(("status", $"{expected}", $"{code}"));
            }

            var isSubset = Flag(step, "subset");
            if (isWatch && expected == 200)
            {
                var events = Comparison.Comparable(new JsonArray([.. EventsOf(text)]), withManagedFields);
                Comparison.Compare(step["events"], events, trial, "events", isSubset, different);
            }
            else
            {
                Comparison.Compare(
                    step["response"],
                    Comparison.Comparable(Read(text), withManagedFields),
                    trial,
                    "",
                    isSubset && !isWatch,
                    different
                );
            }

            if (!isWatch && (!isSubset || step["warnings"] is JsonArray { Count: > 0 }))
            {
                Comparison.Compare(step["warnings"] ?? new JsonArray(), warnings, trial, "warnings", false, different);
            }

            if (different.Count == 0 || code == 501 || clock.Elapsed.TotalSeconds >= (step["eventually"]?.GetValue<double>() ?? 0))
            {
                bound.Take(trial);
                return (different, (code, text));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken);
        }
    }

    private static JsonNode? Repeat(JsonObject step, JsonNode? body)
    {
        if (step["repeat"] is not JsonObject repeat)
        {
            return body;
        }

        var field = Texts(repeat["field"]).ToList();
        var holder = field.Take(field.Count - 1).Aggregate(body!, static (node, name) => node[name]!);
        holder[field[^1]] = new StringBuilder().Insert(0, repeat["text"]!.GetValue<string>(), repeat["count"]!.GetValue<int>()).ToString();
        return body;
    }

    // Bookmarks come when the server likes; only the one that ends the initial events means
    // something.
    private static IEnumerable<JsonNode?> EventsOf(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(Read)
            .Where(static happening =>
                happening?["type"]?.GetValue<string>() != "BOOKMARK"
                || happening["object"]?["metadata"]?["annotations"]?["k8s.io/initial-events-end"] is not null
            );

    private static JsonNode? Read(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return text.Trim();
        }
    }

    private static string Message(string text) => (Read(text) as JsonObject)?["message"]?.GetValue<string>() ?? text;

    private static bool Flag(JsonObject obj, string name) => obj[name]?.GetValue<bool>() ?? false;

    private static IEnumerable<string> Texts(JsonNode? list) => (list as JsonArray ?? []).Select(static text => text!.GetValue<string>());
}
