using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace MultiEni.Simulator.Ec2.Protocol;

/// <summary>
/// The page a describe call asks for. A token belongs to its filters: with others it is not valid.
/// </summary>
/// <param name="Size">Rows on a page; null for all rows in one answer.</param>
/// <param name="After">The place of the last row that was sent, 0 at the start.</param>
internal sealed record Paging(int? Size, long After, string Query)
{
    public static Paging Of(QueryParameters query, bool byId, int maximum)
    {
        var size = query.Integer("MaxResults");
        var token = query.Text("NextToken");
        if (size is < 5 || size > maximum)
        {
            throw new Ec2Error(
                "InvalidParameterValue",
                $"Value ( {size} ) for parameter maxResults is invalid. Expecting a value between 5 and {maximum}."
            );
        }

        if (byId && (size is not null || token is not null))
        {
            throw new Ec2Error("InvalidParameterCombination", "The parameter MaxResults cannot be used with a list of identifiers.");
        }

        var fingerprint = Fingerprint(query);
        return new Paging(token is null ? size : size ?? maximum, token is null ? 0 : Place(token, fingerprint), fingerprint);
    }

    public string TokenAfter(long place) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{place}/{Query}"));

    private static long Place(string token, string fingerprint)
    {
        try
        {
            var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split('/');
            if (text.Length == 2 && text[1] == fingerprint && long.TryParse(text[0], NumberStyles.None, CultureInfo.InvariantCulture, out var place))
            {
                return place;
            }
        }
        catch (FormatException)
        {
            // Falls through: garbage is a token that is not valid.
        }

        throw new Ec2Error("InvalidNextToken", "The specified NextToken is not valid.");
    }

    /// <summary>A hash (FNV-1a) of the filters.</summary>
    private static string Fingerprint(QueryParameters query)
    {
        var hash = 14695981039346656037;
        foreach (
            var (name, value) in query
                .Values.Where(parameter => parameter.Key.StartsWith("Filter.", StringComparison.Ordinal))
                .OrderBy(parameter => parameter.Key, StringComparer.Ordinal)
        )
        {
            foreach (var character in $"{name}={value};")
            {
                hash = (hash ^ character) * 1099511628211;
            }
        }

        return $"{hash:x16}";
    }
}
