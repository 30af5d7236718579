using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>
/// A JSON number as the API server reads it: written without point and exponent it is an integer of
/// 64 bits, else a real.
/// </summary>
internal readonly record struct JsonNumber(bool IsInteger, long Integer, double Real)
{
    public static JsonNumber Of(long value) => new(IsInteger: true, value, value);

    public static JsonNumber Of(double value) => new(IsInteger: false, 0, value);

    /// <summary>Whether it has no fraction, however it is written.</summary>
    public bool IsWhole => IsInteger || (Math.Floor(Real) == Real && Math.Abs(Real) < 9.3e18);

    /// <summary>
    /// Reads whatever a node may hold: parsed text, or a number that a program put there.
    /// </summary>
    public static JsonNumber Read(JsonValue value)
    {
        if (value.TryGetValue<JsonElement>(out var element))
        {
            return element.TryGetInt64(out var parsed) ? Of(parsed) : Of(element.GetDouble());
        }

        if (value.TryGetValue<int>(out var int32))
        {
            return Of(int32);
        }

        if (value.TryGetValue<long>(out var int64))
        {
            return Of(int64);
        }

        if (value.TryGetValue<double>(out var real))
        {
            return Of(real);
        }

        using var document = JsonDocument.Parse(value.ToJsonString());
        return document.RootElement.TryGetInt64(out var other) ? Of(other) : Of(document.RootElement.GetDouble());
    }

    public int Compare(JsonNumber other) => IsInteger && other.IsInteger ? Integer.CompareTo(other.Integer) : Real.CompareTo(other.Real);

    /// <summary>As Go prints it with <c>%v</c>.</summary>
    public override string ToString() => IsInteger ? Integer.ToString(CultureInfo.InvariantCulture) : GoText.Real(Real);
}
