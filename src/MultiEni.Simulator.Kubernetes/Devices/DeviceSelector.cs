using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema.Cel;

namespace MultiEni.Simulator.Kubernetes.Devices;

/// <summary>
/// A CEL expression by which a DeviceClass or a claim chooses devices out of ResourceSlices.
/// https://kubernetes.io/docs/reference/kubernetes-api/resource/device-class-v1/
/// </summary>
public sealed class DeviceSelector
{
    private const double MostCost = 1_000_000;
    private const long MostEntries = 32;
    private const long MostDomainCharacters = 63;
    private const long MostNameCharacters = 32;
    private const long MostValueCharacters = 64;

    private static readonly Dictionary<string, CelType> Variables = new(StringComparer.Ordinal)
    {
        ["device"] = new CelType(CelKind.Object)
        {
            Fields = new Dictionary<string, CelType>(StringComparer.Ordinal)
            {
                ["driver"] = CelType.String with { Size = MostDomainCharacters },
                ["allowMultipleAllocations"] = CelType.Bool,
                ["attributes"] = ByDomain(CelType.Dyn with { Size = MostValueCharacters }),
                ["capacity"] = ByDomain(CelType.Quantity),
            },
        },
    };

    private readonly string _expression;
    private readonly CelProgram _program;

    private DeviceSelector(string expression, CelProgram program)
    {
        _expression = expression;
        _program = program;
    }

    /// <summary>Compiles an expression; do it once for many devices.</summary>
    /// <param name="expression">CEL about the variable <c>device</c>.</param>
    /// <exception cref="DeviceSelectorException">
    /// The API server refuses it: it yields no bool, or may cost too much.
    /// </exception>
    /// <exception cref="NotSimulatedException">
    /// It is wrong otherwise, or uses what is not known here.
    /// </exception>
    public static DeviceSelector Compile(string expression)
    {
        var program = CelProgram.Compile(expression, Variables, result: null, isSelector: true);
        if (program.Type.Kind is CelKind.Int or CelKind.String)
        {
            throw new DeviceSelectorException(
                $"must evaluate to bool or the unknown type, not {(program.Type.Kind == CelKind.Int ? "int" : "string")}"
            );
        }

        NotSimulatedException.ThrowUnless(program.Type.Is(CelKind.Bool), $"the selector {expression}, which yields no bool");

        if (program.Rounds > MostCost)
        {
            throw new DeviceSelectorException("too complex, exceeds cost limit") { IsTooCostly = true };
        }

        NotSimulatedException.ThrowUnless(program.Cost <= MostCost, $"the selector {expression}, which may cost too much");
        return new DeviceSelector(expression, program);
    }

    /// <summary>Whether it selects a device.</summary>
    /// <param name="driver">The driver of the device's slice.</param>
    /// <param name="device">The device, as in <c>spec.devices</c> of the slice.</param>
    /// <exception cref="DeviceSelectorException">
    /// It fails, such as on an attribute that the device has not.
    /// </exception>
    public bool Matches(string driver, JsonObject device) =>
        _program.Run(new CelScope("device", new DeviceValue(driver, device), Outer: null)) switch
        {
            bool matches => matches,
            CelError failed => throw new DeviceSelectorException($"{_expression}: {failed.Message ?? "a value of the wrong type"}"),
            _ => throw new DeviceSelectorException($"{_expression}: it yields no bool"),
        };

    private static CelType ByDomain(CelType value) =>
        CelType.Of(CelKind.Map, CelType.Of(CelKind.Map, value, MostEntries) with { KeySize = MostNameCharacters }, MostEntries) with
        {
            KeySize = MostDomainCharacters,
        };
}
