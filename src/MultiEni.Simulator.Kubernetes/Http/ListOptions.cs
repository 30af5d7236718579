using Microsoft.AspNetCore.Http;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>
/// What the query of a list or watch asks for; zero, empty or null where it says nothing.
/// </summary>
internal sealed record ListOptions(
    long Limit,
    string Continue,
    string VersionText,
    long Version,
    bool IsExact,
    bool? SendsInitialEvents,
    long TimeoutSeconds
)
{
    private const string Match = "resourceVersionMatch";

    /// <summary>Reads the query of a list.</summary>
    /// <exception cref="StatusException">
    /// 400 or 422: it is not understood, or its parts contradict each other.
    /// </exception>
    public static ListOptions Read(IQueryCollection query) => Read(query, isWatch: false);

    /// <summary>Reads the query of a watch.</summary>
    /// <exception cref="StatusException">
    /// 400, 422 or 500: it is not understood, or its parts contradict each other.
    /// </exception>
    public static ListOptions ReadWatch(IQueryCollection query) => Read(query, isWatch: true);

    /// <summary>The version in the query of a get.</summary>
    /// <exception cref="StatusException">500: it is none.</exception>
    public static long ReadVersion(IQueryCollection query) => Parse(query["resourceVersion"].ToString(), isList: false);

    private static ListOptions Read(IQueryCollection query, bool isWatch)
    {
        var version = query["resourceVersion"].ToString();
        var match = query[Match].ToString();
        var token = query["continue"].ToString();
        bool? initial = query["sendInitialEvents"].ToString() is { Length: > 0 } sends ? sends is "true" or "1" : null;
        var limit = Integer(query, "limit");
        var timeout = Integer(query, "timeoutSeconds");
        if (isWatch ? !IsWatch(match, token, initial) : !IsList(match, token, version, initial))
        {
            throw new NotSimulatedException("options of a list or watch that contradict each other");
        }

        if (!isWatch && token.Length > 0 && version is not ("" or "0"))
        {
            throw StatusErrors.BadRequest("specifying resource version is not allowed when using continue");
        }

        var number = Parse(version, !isWatch);
        // A page of a version is a page of that very version.
        var isExact = match == "Exact" || (match.Length == 0 && limit > 0 && number > 0);
        return new ListOptions(limit, token, version, number, isExact, initial, timeout);
    }

    private static bool IsList(string match, string token, string version, bool? initial) =>
        initial is null
        && match switch
        {
            "" => true,
            "Exact" => version is not ("" or "0") && token.Length == 0,
            "NotOlderThan" => version.Length > 0 && token.Length == 0,
            _ => false,
        };

    private static bool IsWatch(string match, string token, bool? initial) => token.Length == 0 && match == (initial is null ? "" : "NotOlderThan");

    private static long Integer(IQueryCollection query, string name)
    {
        var text = query[name].ToString();
        return text.Length == 0 ? 0
            : long.TryParse(text, out var number) ? number
            : throw StatusErrors.BadRequest($"strconv.ParseInt: parsing {GoText.Quote(text)}: invalid syntax");
    }

    private static long Parse(string version, bool isList)
    {
        if (version.Length == 0)
        {
            return 0;
        }

        if (version.All(char.IsAsciiDigit) && long.TryParse(version, out var number))
        {
            return number;
        }

        var why = $"resourceVersion: Invalid value: {GoText.Quote(version)}: strconv.ParseUint: parsing {GoText.Quote(version)}: invalid syntax";
        throw isList ? StatusErrors.BadRequest("invalid resource version: " + why) : new StatusException(500, "", why);
    }
}
