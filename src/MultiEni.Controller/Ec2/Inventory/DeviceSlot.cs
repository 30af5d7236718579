namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>A device index in use on an instance.</summary>
/// <param name="NetworkCardIndex">Card.</param>
/// <param name="DeviceIndex">Index on the card.</param>
/// <param name="EniId">What is attached there.</param>
/// <param name="Ours">Whether the ENI is one of this cluster's slots; otherwise it is the VPC CNI's or somebody else's.</param>
internal readonly record struct DeviceSlot(int NetworkCardIndex, int DeviceIndex, string EniId, bool Ours);
