using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Types;

namespace MultiEni.Simulator.Kubernetes.Validation.Devices;

/// <summary>How much of a shared device's capacity a claim may ask for.</summary>
internal static class CapacityPolicy
{
    private const int MostValues = 10;

    /// <summary>
    /// Whether the server takes the policy of a capacity; the simulated one knows whole numbers
    /// only.
    /// </summary>
    public static bool IsValid(JsonObject policy, Quantity capacity)
    {
        var values = policy.Texts("validValues").Select(Quantity.Parse).ToList();
        var range = policy["validRange"] as JsonObject;
        var standard = Amount(policy, "default");
        if (values.Count == 0 && range is null)
        {
            return standard?.IsInteger is not false;
        }

        return standard is { IsInteger: true } given
            && (
                range is null
                    ? values.Count <= MostValues
                        && values.TrueForAll(static value => value.IsInteger)
                        && values.Zip(values.Skip(1)).All(static pair => pair.First.Nanos < pair.Second.Nanos)
                        && values[^1].Nanos <= capacity.Nanos
                        && values.Exists(value => value.Nanos == given.Nanos)
                    : values.Count == 0 && IsInRange(given, capacity, Amount(range, "min"), Amount(range, "max"), Amount(range, "step"))
            );
    }

    private static bool IsInRange(Quantity standard, Quantity capacity, Quantity? min, Quantity? max, Quantity? step) =>
        min is { IsInteger: true } least
        && max?.IsInteger is not false
        && least.Nanos.Sign >= 0
        && least.Nanos <= standard.Nanos
        && standard.Nanos <= (max ?? capacity).Nanos
        && (max ?? capacity).Nanos <= capacity.Nanos
        && (
            step is not { } each
            || (
                each is { IsInteger: true, Nanos.Sign: > 0 }
                && least.Nanos + each.Nanos <= capacity.Nanos
                && (standard.Nanos - least.Nanos) % each.Nanos == 0
                && (max is not { } most || (most.Nanos - least.Nanos) % each.Nanos == 0)
            )
        );

    private static Quantity? Amount(JsonObject owner, string field) => owner.Text(field) is { } text ? Quantity.Parse(text) : null;
}
