namespace MultiEni.Simulator.Ec2.State;

/// <summary>
/// Identifiers, MAC addresses and chance from one seed (SplitMix64), never the same one twice.
/// </summary>
internal sealed class IdGenerator(ulong seed)
{
    private readonly HashSet<ulong> _macs = [];
    private ulong _state = seed;

    /// <summary>For example <c>eni-0</c> and sixteen digits.</summary>
    public string Id(string prefix) => $"{prefix}0{Next():x16}";

    /// <summary>A locally administered address, as EC2 hands out.</summary>
    public string Mac()
    {
        ulong bits;
        do
        {
            bits = Next() & 0xff_ffff_ffff;
        } while (!_macs.Add(bits));

        return $"02:{(bits >> 32) & 0xff:x2}:{(bits >> 24) & 0xff:x2}:{(bits >> 16) & 0xff:x2}:{(bits >> 8) & 0xff:x2}:{bits & 0xff:x2}";
    }

    public string RequestId() => new Guid(unchecked((int)Next()), (short)Next(), 0x4000, BitConverter.GetBytes(Next())).ToString();

    /// <summary>True with the given probability.</summary>
    public bool Chance(double share) => (Next() >> 11) * (1.0 / (1UL << 53)) < share;

    private ulong Next()
    {
        _state += 0x9e3779b97f4a7c15;
        var mixed = _state;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        return mixed ^ (mixed >> 31);
    }
}
